// What a device takes over from another one: dropped and converted first, for those need a look.
import type { SuccessionView, TransferField } from "../../api/types";
import { instant, macText, plural } from "../../lib/format";
import { showValue } from "../../settings-form/value";
import { byFate, fateText } from "./fates";

export function Succession({ succession }: { succession: SuccessionView }) {
  const { kept, converted, overruled, dropped } = byFate(succession.transfer.fields);
  return (
    <div className="step" data-former={succession.former}>
      <h4>
        {succession.replaces ? "Takes the place of" : "Gets the configuration of"} {succession.former_name}
      </h4>
      <p className="unit-held faint">
        <code>{macText(succession.former)}</code>, as it was at {instant(succession.taken_at)}
      </p>
      <Heap title="Dropped" fields={dropped} startsOpen />
      <Heap title="Converted" fields={converted} startsOpen />
      <Heap title="Decided by a wish" fields={overruled} startsOpen />
      <Heap title="As they are" fields={kept} startsOpen={false} />
      {succession.notes.map((note) => (
        <p key={`${note.what} ${note.how}`} className="unit-held">
          <b>{note.what}</b> {note.how}
        </p>
      ))}
    </div>
  );
}

function Heap({
  title,
  fields,
  startsOpen,
}: {
  title: string;
  fields: TransferField[];
  startsOpen: boolean;
}) {
  if (fields.length === 0) return null;
  return (
    <details open={startsOpen}>
      <summary>
        {title}: {plural(fields.length, "setting")}
      </summary>
      <ul className="diff">
        {fields.map(({ from, value, fate }) => (
          <li key={from} data-path={from}>
            <code>{from}</code>
            <span className="diff-values">
              <span className="before">{showValue(value, null)}</span>
              <span aria-hidden="true">→</span>
              <span className="after">{fateText(fate)}</span>
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}
