"""Headlines: do they word things as the text below them does?"""
