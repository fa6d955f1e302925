"""Entry of the workbench: draws the frame and runs the chosen page."""

from workbench.ui.boundary import boundary
from workbench.ui.frame import draw_frame, inside_frame
from workbench.ui.session import language

page = draw_frame()
with boundary(language()), inside_frame():
    page.run()
