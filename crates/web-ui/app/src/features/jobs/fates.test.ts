import { expect, test } from "vitest";
import type { TransferField } from "../../api/types";
import { byFate, fateText } from "./fates";

const fields: TransferField[] = [
  { from: "switch:0.name", value: "Pump", fate: { fate: "kept" } },
  {
    from: "switch:0.in_mode",
    value: "momentary_on_release",
    fate: {
      fate: "converted",
      to: [{ path: "switch:0.in_mode", value: "momentary" }],
      how: "the nearest there is",
    },
  },
  {
    from: "switch:1.name",
    value: "Fountain",
    fate: { fate: "dropped", why: { why: "not_there", reason: { reason: "no_such_component" } } },
  },
  {
    from: "wifi.sta.ip",
    value: "10.0.0.7",
    fate: { fate: "dropped", why: { why: "address", reason: "taken" } },
  },
];

test("J10: each setting is told in its heap, with the reason", () => {
  const heaps = byFate(fields);
  expect([heaps.kept, heaps.converted, heaps.overruled, heaps.dropped].map((heap) => heap.length)).toEqual([
    1, 1, 0, 2,
  ]);
  expect(heaps.dropped.map((field) => fateText(field.fate))).toEqual([
    "the device has no such component",
    "the static address is left out: taken",
  ]);
  expect(fateText(heaps.converted[0]?.fate ?? { fate: "kept" })).toContain("switch:0.in_mode = ");
});
