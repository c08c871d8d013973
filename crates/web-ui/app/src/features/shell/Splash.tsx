// What is shown before it is known who is there.
import type { ReactNode } from "react";
import { Logo } from "./Logo";

export function Splash({ text, children }: { text?: string; children?: ReactNode }) {
  return (
    <main className="sign-in">
      <div className="splash" role="status">
        <Logo />
        {text && <p>{text}…</p>}
        {children}
      </div>
    </main>
  );
}
