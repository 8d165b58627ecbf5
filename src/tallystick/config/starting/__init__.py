"""What `tallystick start` does: prepare the database and the files, then keep the site's processes running."""
