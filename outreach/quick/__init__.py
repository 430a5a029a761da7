"""The one-line entry: "tel Müller: will Angebot Schulung, Tochter macht Abi, 3.5." read by documented rules.

words   the words it knows      dates   days in words and figures      money   amounts      parse   the whole line
The rules for users are in docs/quick-entry.md.
"""
