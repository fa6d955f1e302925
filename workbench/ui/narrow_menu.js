// Shuts the menu of a narrow screen once it has led to another page: it lies over what was asked for.

let shown;

export default function ({ data }) {
  const isAnother = shown !== undefined && shown !== data.page;
  shown = data.page;
  if (isAnother && window.matchMedia("(max-width: 768px)").matches) {
    document.querySelector('[data-testid="stSidebarCollapseButton"] button')?.click();
  }
}
