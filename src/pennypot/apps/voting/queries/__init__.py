"""What pages of voting read, one file a matter."""
