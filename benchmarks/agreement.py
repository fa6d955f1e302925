"""How often the whole calculation orders two courses of action as people did, and what its intervals are worth.

    python benchmarks/agreement.py [--skip 600] [--count 400] [--model compact] [--json] [--data ../shared/data]

Population: Moral Stories, development part (not trained on): a situation with a moral and an immoral action. Reported
for the rules alone and for rules and model together: the share in which the moral action has the higher ethical score
(ties count half), the share in which an option is recommended at all, and the agreement where one is. The interval's
width was chosen on the first 600 stories, so they are skipped.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from redheart_core import Dilemma, Option, RedHeart, load_model
from redheart_core.data.stories import read_moral_stories


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--skip", type=int, default=600)
    parser.add_argument("--count", type=int, default=400)
    parser.add_argument("--model", default="compact")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    report = {
        name: measure(load_model(name), arguments.data, arguments.skip, arguments.count)
        for name in ("rules", arguments.model)
    }
    if arguments.json:
        print(json.dumps(report, indent=2))
        return
    for name, row in report.items():
        print(
            f"{name}: {row['agreement']:.3f} of {row['count']} ordered as people did; "
            f"recommends in {row['recommended']:.3f}, and then agrees in {row['agreement_when_recommended']:.3f}"
        )


def measure(model: RedHeart, data: Path, skip: int, count: int) -> dict[str, Any]:
    """Return agreement overall, share recommended, and agreement where one is recommended."""
    stories = read_moral_stories(data, part="dev").rows[skip : skip + count]
    points, recommended, right = 0.0, 0, 0
    for story in stories:
        options = (Option(name=story.moral_action), Option(name=story.immoral_action))
        result = model.evaluate_ethics(Dilemma(situation=story.situation, options=options))
        if not result.options:
            points += 0.5
            continue
        moral, immoral = (option.ethical_score for option in result.options)
        points += 1.0 if moral > immoral else 0.5 if moral == immoral else 0.0
        if result.recommendation.option is not None:
            recommended += 1
            right += moral > immoral
    return {
        "count": len(stories),
        "agreement": points / len(stories),
        "recommended": recommended / len(stories),
        "agreement_when_recommended": right / recommended if recommended else None,
    }


if __name__ == "__main__":
    main()
