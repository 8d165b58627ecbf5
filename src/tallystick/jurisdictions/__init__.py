"""The law as dated data: calendars now; limits, rates and periods as they come."""
