"""The rules of the news as readable data: which words mean which event, in German and English."""
