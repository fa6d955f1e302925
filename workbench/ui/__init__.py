"""The only part of the workbench that imports Streamlit."""
