// What happened to one device.
import { useQuery } from "@tanstack/react-query";
import { eventsQuery } from "../../api/queries";
import { Empty, ErrorNote, Loading } from "../../components/pieces";
import { EventList } from "../events/EventList";

export function DeviceEvents({ mac }: { mac: string }) {
  const events = useQuery(eventsQuery(mac));
  if (events.isPending) return <Loading />;
  if (events.error) return <ErrorNote error={events.error} retry={() => void events.refetch()} />;
  if (events.data.length === 0) return <Empty icon="events" title="Nothing happened yet" />;
  return <EventList events={events.data} withDevice={false} />;
}
