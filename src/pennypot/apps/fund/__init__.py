"""The one per cent: policy, contributions, ledger."""
