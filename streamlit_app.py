"""Entry of the workbench: draws the frame and runs the chosen page."""

from workbench.ui.boundary import boundary
from workbench.ui.frame import draw_frame
from workbench.ui.session import language

page = draw_frame()
with boundary(language()):
    page.run()
