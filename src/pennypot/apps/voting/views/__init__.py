"""The pages of voting, one file a matter."""
