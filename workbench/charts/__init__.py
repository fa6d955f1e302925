"""Pure: a view becomes a Plotly figure."""
