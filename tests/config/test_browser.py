def test_the_log_in_page_shows_in_a_browser(live):
    page = live.open("/account/login/")

    assert page.locator("input[name=login]").is_visible()
