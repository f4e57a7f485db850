"""Sign-in, roles, notices: who a person is and what their roles need."""
