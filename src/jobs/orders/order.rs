//! An order as the shop's database has it, read as a whole.

use std::fmt::Write as _;

use anyhow::Result;
use rusqlite::types::{Type, ValueRef};
use rusqlite::{Connection, Row, Statement};

use crate::settings::Settings;

/// An order as the database has it.
#[derive(Debug, Default)]
pub(super) struct Order {
    pub(super) order_no: String,
    pub(super) updated_at: String,
    pub(super) ordered_at: String,
    pub(super) kind: String,
    pub(super) customer: Party,
    pub(super) customer_email: String,
    pub(super) payment: Payment,
    pub(super) payment_count: String,
    pub(super) device: String,
    pub(super) points_used: i64,
    pub(super) coupon_discount: i64,
    pub(super) subtotal_excl_tax: i64,
    pub(super) tax: i64,
    pub(super) subtotal_incl_tax: i64,
    pub(super) shipping_fee: i64,
    pub(super) payment_fee: i64,
    pub(super) total: i64,
    pub(super) paid_at: String,
    pub(super) customer_note: String,
    pub(super) shop_note: String,
    /// Those that the settings name, in their order.
    pub(super) free_items: Vec<String>,
    pub(super) shipments: Vec<Shipment>,
    pub(super) lines: Vec<Line>,
}

/// Who ordered, or who receives.
#[derive(Debug, Default)]
pub(super) struct Party {
    pub(super) name: String,
    pub(super) kana: String,
    pub(super) zip: String,
    pub(super) address: String,
    pub(super) tel: String,
    pub(super) fax: String,
}

/// An order's payment method, as the shop knows it.
#[derive(Debug, Default)]
pub(super) struct Payment {
    pub(super) method: String,
    pub(super) is_known: bool,
    pub(super) added_on: String,
    pub(super) is_tempostar_ready: bool,
}

/// One destination.
#[derive(Debug, Default)]
pub(super) struct Shipment {
    pub(super) shipment_no: i64,
    pub(super) recipient: Party,
    pub(super) delivery_method: String,
    pub(super) delivery_time: String,
    pub(super) shipping_fee: i64,
    pub(super) payment_fee: i64,
    pub(super) points: i64,
    pub(super) coupon: i64,
    pub(super) total: i64,
    pub(super) is_gift: bool,
    pub(super) shipped_on: String,
    pub(super) delivery_date: String,
    pub(super) tracking_no: String,
    pub(super) message: String,
}

/// One line.
#[derive(Debug, Default)]
pub(super) struct Line {
    pub(super) shipment_no: i64,
    pub(super) sku_code: String,
    pub(super) product_name: String,
    pub(super) options: String,
    pub(super) quantity: i64,
    pub(super) unit_price_excl_tax: i64,
    pub(super) unit_tax: i64,
    pub(super) unit_price_incl_tax: i64,
    pub(super) message: String,
}

impl Order {
    /// Its destination of that number.
    pub(super) fn shipment(&self, shipment_no: i64) -> Option<&Shipment> {
        self.shipments.iter().find(|shipment| shipment.shipment_no == shipment_no)
    }
}

/// What selects orders for [`Reader::read`]; `which` follows their tables.
pub(super) fn select(settings: &Settings, which: &str) -> String {
    let free_items = settings.orders.free_items.iter().fold(String::new(), |mut sql, (_, number)| {
        let _ = write!(sql, ", free_item_{number}");
        sql
    });
    format!(
        "SELECT order_no, updated_at, ordered_at, kind,
                customer_name, customer_kana, customer_zip, customer_address, customer_tel, customer_fax,
                customer_email, payment_method, payment_methods.name IS NOT NULL, payment_methods.added_on,
                payment_methods.tempostar_ready, payment_count, device, points_used, coupon_discount,
                subtotal_excl_tax, tax, subtotal_incl_tax, shipping_fee, payment_fee, total,
                paid_at, customer_note, shop_note{free_items}
         FROM orders
         LEFT JOIN payment_methods ON payment_methods.name = orders.payment_method
         {which}"
    )
}

/// Reads whole orders, with statements that are prepared once.
pub(super) struct Reader<'a> {
    free_items: usize,
    shipments: Statement<'a>,
    lines: Statement<'a>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(database: &'a Connection, settings: &Settings) -> Result<Self> {
        Ok(Self {
            free_items: settings.orders.free_items.len(),
            shipments: database.prepare(
                "SELECT shipment_no,
                        recipient_name, recipient_kana, recipient_zip, recipient_address, recipient_tel, recipient_fax,
                        delivery_method, delivery_time, shipping_fee, payment_fee, points, coupon, total, is_gift,
                        shipped_on, delivery_date, tracking_no, message
                 FROM order_shipments
                 WHERE order_no = ?1
                 ORDER BY shipment_no",
            )?,
            lines: database.prepare(
                "SELECT shipment_no, sku_code, product_name, options, quantity,
                        unit_price_excl_tax, unit_tax, unit_price_incl_tax, message
                 FROM order_lines
                 WHERE order_no = ?1
                 ORDER BY line_no",
            )?,
        })
    }

    /// The order of a row of [`select`].
    pub(super) fn read(&mut self, row: &Row<'_>) -> rusqlite::Result<Order> {
        let mut order = read_order(row, self.free_items)?;
        let order_no = [&order.order_no];
        order.shipments =
            self.shipments.query_map(order_no, read_shipment)?.collect::<rusqlite::Result<_>>()?;
        order.lines = self.lines.query_map(order_no, read_line)?.collect::<rusqlite::Result<_>>()?;
        Ok(order)
    }
}

/// Reads the columns of a row one after the other.
struct Cells<'r, 's> {
    row: &'r Row<'s>,
    next: usize,
}

impl<'r, 's> Cells<'r, 's> {
    fn new(row: &'r Row<'s>) -> Self {
        Self { row, next: 0 }
    }

    /// The next value as text, whatever type the shop's application gave it; NULL is empty.
    fn text(&mut self) -> rusqlite::Result<String> {
        let index = self.next;
        self.next += 1;
        match self.row.get_ref(index)? {
            ValueRef::Text(text) => {
                let text = str::from_utf8(text).map_err(|error| rusqlite::Error::Utf8Error(index, error))?;
                Ok(text.to_owned())
            }
            ValueRef::Integer(number) => Ok(number.to_string()),
            ValueRef::Real(number) => Ok(number.to_string()),
            ValueRef::Null => Ok(String::new()),
            ValueRef::Blob(_) => {
                let column = self.row.as_ref().column_name(index)?.to_owned();
                Err(rusqlite::Error::InvalidColumnType(index, column, Type::Blob))
            }
        }
    }

    fn value<T: rusqlite::types::FromSql>(&mut self) -> rusqlite::Result<T> {
        self.next += 1;
        self.row.get(self.next - 1)
    }

    fn party(&mut self) -> rusqlite::Result<Party> {
        Ok(Party {
            name: self.text()?,
            kana: self.text()?,
            zip: self.text()?,
            address: self.text()?,
            tel: self.text()?,
            fax: self.text()?,
        })
    }
}

fn read_order(row: &Row<'_>, free_items: usize) -> rusqlite::Result<Order> {
    let mut cells = Cells::new(row);
    Ok(Order {
        order_no: cells.text()?,
        updated_at: cells.text()?,
        ordered_at: cells.text()?,
        kind: cells.text()?,
        customer: cells.party()?,
        customer_email: cells.text()?,
        payment: Payment {
            method: cells.text()?,
            is_known: cells.value()?,
            added_on: cells.text()?,
            is_tempostar_ready: cells.value::<Option<bool>>()?.unwrap_or(false),
        },
        payment_count: cells.text()?,
        device: cells.text()?,
        points_used: cells.value()?,
        coupon_discount: cells.value()?,
        subtotal_excl_tax: cells.value()?,
        tax: cells.value()?,
        subtotal_incl_tax: cells.value()?,
        shipping_fee: cells.value()?,
        payment_fee: cells.value()?,
        total: cells.value()?,
        paid_at: cells.text()?,
        customer_note: cells.text()?,
        shop_note: cells.text()?,
        free_items: (0..free_items).map(|_| cells.text()).collect::<rusqlite::Result<_>>()?,
        ..Order::default()
    })
}

fn read_shipment(row: &Row<'_>) -> rusqlite::Result<Shipment> {
    let mut cells = Cells::new(row);
    Ok(Shipment {
        shipment_no: cells.value()?,
        recipient: cells.party()?,
        delivery_method: cells.text()?,
        delivery_time: cells.text()?,
        shipping_fee: cells.value()?,
        payment_fee: cells.value()?,
        points: cells.value()?,
        coupon: cells.value()?,
        total: cells.value()?,
        is_gift: cells.value()?,
        shipped_on: cells.text()?,
        delivery_date: cells.text()?,
        tracking_no: cells.text()?,
        message: cells.text()?,
    })
}

fn read_line(row: &Row<'_>) -> rusqlite::Result<Line> {
    let mut cells = Cells::new(row);
    Ok(Line {
        shipment_no: cells.value()?,
        sku_code: cells.text()?,
        product_name: cells.text()?,
        options: cells.text()?,
        quantity: cells.value()?,
        unit_price_excl_tax: cells.value()?,
        unit_tax: cells.value()?,
        unit_price_incl_tax: cells.value()?,
        message: cells.text()?,
    })
}
