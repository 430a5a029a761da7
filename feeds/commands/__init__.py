"""The commands of this floor; `every.COMMANDS` is all of them, `match` stands alone and starts quickly."""
