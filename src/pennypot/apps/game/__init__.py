"""Cut & Create, live: packs, evenings, tables, phones and paper, and what comes of it. The rules: `pennypot.play`."""
