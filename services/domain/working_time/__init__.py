"""Working time: versioned calendars, and due dates as pure functions of them."""
