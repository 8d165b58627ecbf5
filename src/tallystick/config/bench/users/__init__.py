"""`tallystick bench users`: a night with people at work and money coming in, through the real server and worker."""
