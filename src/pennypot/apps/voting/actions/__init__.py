"""The verbs of voting, one file each."""
