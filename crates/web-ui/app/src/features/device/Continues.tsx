// Whose place a device has taken.
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { replacementsQuery } from "../../api/queries";
import { instant, macText } from "../../lib/format";

export function Continues({ mac }: { mac: string }) {
  const all = useQuery(replacementsQuery(mac)).data ?? [];
  const standing = all.filter((one) => one.successor === mac && one.undone_at == null);
  if (standing.length === 0) return null;
  return (
    <>
      <h2>Continues</h2>
      {standing.map((one) => (
        <p key={one.job}>
          {one.former_name} <code>{macText(one.former)}</code> ({one.former_model}) since{" "}
          <Link
            to="/jobs/$id"
            params={{ id: one.job }}
            title="The job that replaced it; it can be undone there"
          >
            {instant(one.replaced_at)}
          </Link>
        </p>
      ))}
    </>
  );
}
