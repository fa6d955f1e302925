"""Measuring a checkpoint as the data sets' own papers do: official files, official metrics, floors and intervals."""
