-- What TEMPOSTAR has said of a destination is kept apart from what the shop's application writes.

-- When TEMPOSTAR shipped it; NULL: not yet, whatever shipped_on says.
ALTER TABLE order_shipments ADD COLUMN shipped_in_tempostar_at TEXT;
-- The own time of the file that said something new of it last
ALTER TABLE order_shipments ADD COLUMN tempostar_as_of TEXT;

UPDATE order_shipments
SET shipped_in_tempostar_at = shipped_on
WHERE shipped_on IS NOT NULL
  AND (order_no IN (SELECT order_no FROM orders WHERE delivery_status = 1)
       OR (order_no, shipment_no) IN (SELECT order_no, number FROM tempostar_order_history WHERE event = 'shipment'));
