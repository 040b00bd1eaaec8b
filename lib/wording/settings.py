"""What may be asked for by name, everywhere alike."""

ALL_OUTLETS = "all outlets"
"""What stands in the place of an outlet where all of them are taken together."""

TOKEN_VOICES = ("outlet", "quoted", "reported")
"""Whose words a token may be, in the order of the marks."""

VOICE_GROUPS = {
    "outlet": ["outlet"],
    "quoted": ["quoted"],
    "reported": ["reported"],
    "attributed": ["quoted", "reported"],
    "all": list(TOKEN_VOICES),
}
"""What may be asked for as a voice, and the voices of the words that it counts."""

COPY_RULES = ("all", "one", "none")
"""Which copies count: every article; one of each family per outlet; only the first of each family."""
