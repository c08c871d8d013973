// What the one who is signed in may do. The server decides; this only spares people from asking in vain.
import { useQuery } from "@tanstack/react-query";
import { sessionQuery } from "../api/queries";
import type { Permission } from "../api/types";

const ORDER: readonly Permission[] = ["read", "control", "configure", "admin"];

export function includes(has: Permission, needs: Permission): boolean {
  return ORDER.indexOf(has) >= ORDER.indexOf(needs);
}

export function useMay(needs: Permission): boolean {
  const session = useQuery(sessionQuery).data;
  return session != null && includes(session.permission, needs);
}
