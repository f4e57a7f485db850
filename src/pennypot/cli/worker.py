def add_subcommands(verbs):
    pass
