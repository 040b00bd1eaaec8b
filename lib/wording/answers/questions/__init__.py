"""How each question is answered: its table, sentences, figure and lines put together."""
