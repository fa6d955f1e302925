"""Whole results as files to take away: made of views, without Streamlit, the same bytes for the same results."""
