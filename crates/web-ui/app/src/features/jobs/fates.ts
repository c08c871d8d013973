// What becomes of the settings of a device whose place another one takes, in words.
import type { Fate, TransferField } from "../../api/types";
import { showValue } from "../../settings-form/value";

/** What is dropped and converted needs a look; what goes as it is does not. */
export function byFate(fields: TransferField[]) {
  const of = (fate: Fate["fate"]) => fields.filter((field) => field.fate.fate === fate);
  return {
    kept: of("kept"),
    converted: of("converted"),
    overruled: of("overruled"),
    dropped: of("dropped"),
  };
}

export function fateText(fate: Fate): string {
  switch (fate.fate) {
    case "kept":
      return "as it is";
    case "converted": {
      const to = fate.to.map(({ path, value }) => `${path} = ${showValue(value, null)}`);
      return [...to, `(${fate.how})`].join(" ");
    }
    case "overruled":
      return `${showValue(fate.wish, null)}, as wished`;
    case "dropped":
      return whyDropped(fate.why);
  }
}

type Why = Extract<Fate, { fate: "dropped" }>["why"];

const WHY: Record<string, string> = {
  read_only: "the device only reports it",
  identity: "it names the former device",
  network: "the network that the new device is in stays as it is",
  login: "the new device keeps its own login",
  secret: "the former device hides it, so it is not known",
  certificate: "it needs a certificate of yours on the device",
  covered: "told by the resource of this name",
  taken: "another setting goes to the same place",
};

const NOT_THERE: Record<string, string> = {
  not_on_this_generation: "devices of this generation do not have it",
  not_on_this_firmware: "its firmware does not have it",
  not_on_this_model: "this model does not have it",
  read_only: "the device only reports it",
  no_such_component: "the device has no such component",
  dormant: "it means nothing as another setting is",
  secret_unavailable: "the stored secret could not be opened",
};

export function whyDropped(why: Why): string {
  switch (why.why) {
    case "address":
      return `the static address is left out: ${why.reason}`;
    case "event":
    case "value":
      return why.reason;
    case "not_there":
      return NOT_THERE[why.reason.reason] ?? "the new device cannot have it";
    default:
      return WHY[why.why] ?? "it does not go";
  }
}
