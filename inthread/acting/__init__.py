"""What commands and queries both ask: whose visit is it, what may it do now, what follows from a
choice. Nothing here writes."""
