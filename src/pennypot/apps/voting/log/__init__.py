"""The log, pure: a Merkle tree, signed notes and leaves. No Django, no database."""
