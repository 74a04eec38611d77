#!/usr/bin/env python3
"""Whether the order of a rolling change is what it says."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from plan import COPIES, SERVICES, rolling  # noqa: E402


class Rolling(unittest.TestCase):
    def test_whole(self):
        wanted = sorted(f"{service}/{number}" for service in SERVICES for number in COPIES)
        for seed in range(200):
            steps = rolling(seed)
            self.assertEqual(sorted(name for kind, name in steps if kind == "copy"), wanted)
            self.assertEqual(sorted(name for kind, name in steps if kind == "schema"), sorted(SERVICES))
            for place, (kind, name) in enumerate(steps):
                if kind == "copy":
                    self.assertIn(("schema", name.split("/")[0]), steps[:place])

    def test_drawn(self):
        self.assertEqual(rolling(7), rolling(7))

        def first(seed, service):
            return next(place for place, (kind, name) in enumerate(rolling(seed)) if kind == "copy" and name.startswith(service))
        # Whoever reads comes before who publishes as well, and copies are replaced while other schemas are still the old ones.
        self.assertTrue(any(first(seed, "sales") < first(seed, "finance") for seed in range(20)))
        self.assertTrue(any(first(seed, "finance") < first(seed, "sales") for seed in range(20)))
        late = [seed for seed in range(20) if any(
            kind == "schema" and any(before == "copy" for before, _ in rolling(seed)[:place])
            for place, (kind, _) in enumerate(rolling(seed)))]
        self.assertGreater(len(late), 15)


if __name__ == "__main__":
    unittest.main()
