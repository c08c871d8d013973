// Errors of the API as one class that a person can read.
import type { Problem } from "./types";

export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly fields: { field: string; detail: string }[];
  /** The part of a query that is wrong, in characters. */
  readonly position: { column: number; length: number } | undefined;

  constructor(problem: Problem) {
    super(problem.detail || problem.title);
    this.name = "ApiError";
    this.status = problem.status;
    this.code = problem.code;
    this.title = problem.title;
    this.fields = problem.fields ?? [];
    this.position = problem.position ?? undefined;
  }
}

/** Reads an error answer; one that is no problem document still becomes a sentence. */
export function problemFrom(status: number, body: unknown): Problem {
  if (typeof body === "object" && body !== null && "detail" in body && "code" in body) {
    return body as Problem;
  }
  return {
    type: "about:blank",
    title: "The manager answered with an error",
    status,
    code: "internal",
    detail: `The manager answered with status ${status}.`,
  };
}

/** The sentence for people, whatever was thrown. */
export function messageOf(error: unknown): string {
  if (error instanceof ApiError) {
    const fields = error.fields.map((field) => `${field.field}: ${field.detail}`);
    return [error.message, ...fields.filter((line) => !error.message.includes(line))].join("\n");
  }
  if (error instanceof TypeError) return "The manager does not answer. Is it running, and is the network up?";
  return error instanceof Error ? error.message : String(error);
}
