// The right control for the type of a setting.
import { describeRange, unitSign, type ValueType } from "./value";

export function ValueField({
  id,
  type,
  unit,
  sensitive,
  text,
  onText,
}: {
  id: string;
  type: ValueType;
  unit?: string | null | undefined;
  sensitive: boolean;
  text: string;
  onText: (text: string) => void;
}) {
  const range = describeRange(type, unit);
  const hint = range ? <span className="field-hint">{range}</span> : null;
  switch (type.type) {
    case "bool":
      return (
        <fieldset className="segments" id={id}>
          {["true", "false"].map((word) => (
            <button type="button" key={word} aria-pressed={text === word} onClick={() => onText(word)}>
              {word === "true" ? "On" : "Off"}
            </button>
          ))}
        </fieldset>
      );
    case "number":
    case "integer":
      return (
        <>
          <span className="with-unit">
            <input
              id={id}
              className="input"
              inputMode={type.type === "integer" && (type.min ?? -1) >= 0 ? "numeric" : "decimal"}
              value={text}
              onChange={(event) => onText(event.target.value)}
              autoComplete="off"
            />
            {unit && <span>{unitSign(unit)}</span>}
          </span>
          {hint}
        </>
      );
    case "choice":
      return (
        <>
          <input
            id={id}
            className="input"
            list={`${id}-words`}
            value={text}
            onChange={(event) => onText(event.target.value)}
            autoComplete="off"
            spellCheck={false}
          />
          <datalist id={`${id}-words`}>
            {type.words.map((word) => (
              <option key={word} value={word} />
            ))}
          </datalist>
          <span className="chips">
            {type.words.slice(0, 8).map((word) => (
              <button
                type="button"
                className="chip"
                key={word}
                aria-pressed={text === word}
                onClick={() => onText(word)}
              >
                {word}
              </button>
            ))}
          </span>
        </>
      );
    case "list":
    case "unknown":
      return (
        <>
          <textarea
            id={id}
            className="input"
            rows={4}
            value={text}
            onChange={(event) => onText(event.target.value)}
            spellCheck={false}
          />
          {hint}
        </>
      );
    case "plain":
      return (
        <>
          <input
            id={id}
            className="input"
            value={text}
            onChange={(event) => onText(event.target.value)}
            autoComplete="off"
          />
          {hint}
        </>
      );
    case "text":
      // The code of a script.
      if (!sensitive && ((type.max_length ?? 0) > 1000 || text.includes("\n")))
        return (
          <textarea
            id={id}
            className="input code"
            rows={16}
            value={text}
            onChange={(event) => onText(event.target.value)}
            spellCheck={false}
          />
        );
      return (
        <>
          <input
            id={id}
            className="input"
            type={sensitive ? "password" : "text"}
            value={text}
            placeholder={sensitive ? "new secret" : ""}
            onChange={(event) => onText(event.target.value)}
            autoComplete={sensitive ? "new-password" : "off"}
            spellCheck={false}
          />
          {hint}
        </>
      );
  }
}
