"""The ground floor: people, reasons to write to them, and mail. It knows neither newsletters nor feeds."""
