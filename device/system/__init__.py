"""What the operating system and the board offer."""
