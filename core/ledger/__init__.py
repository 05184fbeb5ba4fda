"""The 管理簿: a history each site signs line by line and the other site witnesses (docs/exchange.md, "hkl1").

`codes` are the closed words a line may use; `line` is one line; `roster` says whose keys count; `chain` checks an
export from its bytes; `checkpoint` compares it with what was known before, so that nobody can rewrite, shorten or fork
it unseen; `handover` pairs the two lines of a handover; `access` chains the 操作ログ.
"""
