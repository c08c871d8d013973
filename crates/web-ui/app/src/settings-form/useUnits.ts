// Units of settings by path, from the catalogue.
import { useQuery } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { factsQuery } from "../api/queries";

export function useUnits(): (path: string) => string | null {
  const facts = useQuery(factsQuery).data;
  const units = useMemo(() => new Map((facts ?? []).map((fact) => [fact.path, fact.unit ?? null])), [facts]);
  return useCallback((path) => units.get(path.replace(/:\d+\./, ":*.")) ?? units.get(path) ?? null, [units]);
}
