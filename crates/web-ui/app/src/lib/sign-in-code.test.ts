import { describe, expect, it, vi } from "vitest";
import { codeOf, takeSignInCode } from "./sign-in-code";

describe("the code of a sign-in link", () => {
  it("is found in the fragment", () => {
    expect(codeOf("#code=ABCD-1234")).toBe("ABCD-1234");
    expect(codeOf("#code=%20ABCD-1234%20")).toBe("ABCD-1234");
    expect(codeOf("#x=1&code=ABCD")).toBe("ABCD");
  });

  it("is absent from other fragments", () => {
    for (const fragment of ["", "#", "#main", "#code=", "#decode=1"]) expect(codeOf(fragment)).toBeNull();
  });

  it("is removed from the address, and nothing else is", () => {
    const replaceState = vi.fn();
    const where = { hash: "#code=ABCD-1234", pathname: "/sign-in", search: "?a=b" };
    expect(takeSignInCode(where, { replaceState, state: { key: 1 } })).toBe("ABCD-1234");
    expect(replaceState).toHaveBeenCalledWith({ key: 1 }, "", "/sign-in?a=b");
  });

  it("leaves an address without a code alone", () => {
    const replaceState = vi.fn();
    expect(
      takeSignInCode({ hash: "#main", pathname: "/", search: "" }, { replaceState, state: null }),
    ).toBeNull();
    expect(replaceState).not.toHaveBeenCalled();
  });
});
