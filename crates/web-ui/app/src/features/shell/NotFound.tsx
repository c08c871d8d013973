// A path that leads nowhere.
import { Link } from "@tanstack/react-router";
import { Empty } from "../../components/pieces";

export function NotFound() {
  return (
    <div className="page">
      <Empty icon="search" title="There is nothing here">
        <p>
          This address does not belong to a page. <Link to="/">Show the devices</Link>
        </p>
      </Empty>
    </div>
  );
}
