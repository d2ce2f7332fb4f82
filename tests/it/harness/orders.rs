//! An order of a customer, realistic by default: an address, a card payment, amounts that add up.

use std::collections::BTreeMap;

use rusqlite::types::{ToSqlOutput, Value};
use rusqlite::{Connection, ToSql, params_from_iter};

use super::Shop;

const DEFAULT_PAYMENT: &str = "クレジットカード";
const SHIPPING_FEE: i64 = 550;

/// What identifies the customer and the recipient of an order, unless a test says otherwise.
pub const CUSTOMER: [&str; 6] =
    ["山田 太郎", "ヤマダ タロウ", "100-0001", "千代田区千代田", "03-0000-0001", "taro@customer.example"];

type Fields = BTreeMap<&'static str, Value>;

/// `shop.order("1001").line("A-1", 2).insert()`: one shipment until [`OrderBuilder::shipment`] begins another.
///
/// `set`, `set_shipment` and `set_line` overwrite columns of the order, of the last shipment, of the last line,
/// after the amounts were summed up.
pub struct OrderBuilder<'a> {
    shop: &'a Shop,
    order_no: String,
    changed: Fields,
    shipments: Vec<Shipment>,
}

#[derive(Default)]
struct Shipment {
    changed: Fields,
    lines: Vec<Line>,
}

struct Line {
    sku: String,
    quantity: i64,
    price: i64,
    tax: i64,
    changed: Fields,
}

impl<'a> OrderBuilder<'a> {
    pub(super) fn new(shop: &'a Shop, order_no: &str) -> Self {
        let shipments = vec![Shipment::default()];
        Self { shop, order_no: order_no.to_owned(), changed: Fields::new(), shipments }
    }

    /// A line of 1000 yen a piece, plus 100 yen of tax.
    pub fn line(self, sku: &str, quantity: i64) -> Self {
        self.line_priced(sku, quantity, 1000, 100)
    }

    pub fn line_priced(mut self, sku: &str, quantity: i64, price: i64, tax: i64) -> Self {
        let line = Line { sku: sku.to_owned(), quantity, price, tax, changed: Fields::new() };
        self.last_shipment().lines.push(line);
        self
    }

    /// Begins another shipment, to this recipient.
    pub fn shipment(mut self, recipient: &str) -> Self {
        self.shipments.push(Shipment::default());
        self.set_shipment("recipient_name", recipient)
    }

    pub fn set(mut self, column: &'static str, value: impl ToSql) -> Self {
        self.changed.insert(column, owned(&value));
        self
    }

    pub fn set_shipment(mut self, column: &'static str, value: impl ToSql) -> Self {
        self.last_shipment().changed.insert(column, owned(&value));
        self
    }

    #[track_caller]
    pub fn set_line(mut self, column: &'static str, value: impl ToSql) -> Self {
        let line = self.last_shipment().lines.last_mut().expect("there is no line yet");
        line.changed.insert(column, owned(&value));
        self
    }

    fn last_shipment(&mut self) -> &mut Shipment {
        self.shipments.last_mut().unwrap()
    }

    /// Places the order and allocates its stock in one transaction, as the shop's application does.
    #[track_caller]
    pub fn insert(self) {
        if !self.changed.contains_key("payment_method") {
            self.shop.payment_method(DEFAULT_PAYMENT);
        }
        let mut db = self.shop.db();
        let transaction = db.transaction().unwrap();
        insert(&transaction, "orders", self.order_fields());
        let mut line_no = 0;
        for (shipment, shipment_no) in self.shipments.iter().zip(1..) {
            insert(&transaction, "order_shipments", self.shipment_fields(shipment, shipment_no));
            for line in &shipment.lines {
                line_no += 1;
                insert(&transaction, "order_lines", self.line_fields(line, line_no, shipment_no));
                transaction
                    .execute(
                        "UPDATE stock SET allocated = allocated + ?1 WHERE sku_code = ?2",
                        (line.quantity, &line.sku),
                    )
                    .unwrap();
            }
        }
        transaction.commit().unwrap();
    }

    fn order_fields(&self) -> Fields {
        let lines = || self.shipments.iter().flat_map(|shipment| &shipment.lines);
        let subtotal: i64 = lines().map(|line| line.price * line.quantity).sum();
        let tax: i64 = lines().map(|line| line.tax * line.quantity).sum();
        let shipping = SHIPPING_FEE * i64::try_from(self.shipments.len()).unwrap();
        let mut fields = customer();
        fields.extend([
            ("order_no", text(&self.order_no)),
            ("ordered_at", text("2026-11-24 10:05:30")),
            ("is_provisional", 0.into()),
            ("kind", text("normal")),
            ("payment_method", text(DEFAULT_PAYMENT)),
            ("payment_count", text("一括払い")),
            ("device", text("P")),
            ("points_used", 0.into()),
            ("coupon_discount", 0.into()),
            ("subtotal_excl_tax", subtotal.into()),
            ("tax", tax.into()),
            ("subtotal_incl_tax", (subtotal + tax).into()),
            ("shipping_fee", shipping.into()),
            ("payment_fee", 0.into()),
            ("total", (subtotal + tax + shipping).into()),
            ("customer_note", text("")),
            ("shop_note", text("")),
            ("payment_status", 0.into()),
            ("delivery_status", 0.into()),
            ("capture_status", 0.into()),
            ("created_at", text("2026-11-24 10:05:30")),
            ("updated_at", text("2026-11-24 10:05:30")),
        ]);
        fields.extend(self.changed.clone());
        fields
    }

    fn shipment_fields(&self, shipment: &Shipment, shipment_no: i64) -> Fields {
        let goods: i64 = shipment.lines.iter().map(|line| (line.price + line.tax) * line.quantity).sum();
        let mut fields = Fields::from([
            ("order_no", text(&self.order_no)),
            ("shipment_no", shipment_no.into()),
            ("recipient_name", text("山田 太郎")),
            ("recipient_kana", text("ヤマダ タロウ")),
            ("recipient_zip", text("100-0001")),
            ("recipient_address", text("東京都千代田区千代田1-1")),
            ("recipient_tel", text("03-0000-0001")),
            ("recipient_fax", text("")),
            ("delivery_method", text("宅配便")),
            ("delivery_time", text("午前中")),
            ("shipping_fee", SHIPPING_FEE.into()),
            ("payment_fee", 0.into()),
            ("points", 0.into()),
            ("coupon", 0.into()),
            ("total", (goods + SHIPPING_FEE).into()),
            ("is_gift", 0.into()),
            ("message", text("")),
        ]);
        fields.extend(shipment.changed.clone());
        fields
    }

    fn line_fields(&self, line: &Line, line_no: i64, shipment_no: i64) -> Fields {
        let mut fields = Fields::from([
            ("order_no", text(&self.order_no)),
            ("line_no", line_no.into()),
            ("shipment_no", shipment_no.into()),
            ("sku_code", text(&line.sku)),
            ("product_name", Value::Text(format!("商品{}", line.sku))),
            ("options", text("")),
            ("quantity", line.quantity.into()),
            ("unit_price_excl_tax", line.price.into()),
            ("unit_tax", line.tax.into()),
            ("unit_price_incl_tax", (line.price + line.tax).into()),
            ("message", text("")),
            ("added_by", text("shop")),
        ]);
        fields.extend(line.changed.clone());
        fields
    }
}

fn customer() -> Fields {
    Fields::from([
        ("customer_name", text("山田 太郎")),
        ("customer_kana", text("ヤマダ タロウ")),
        ("customer_zip", text("100-0001")),
        ("customer_address", text("東京都千代田区千代田1-1")),
        ("customer_tel", text("03-0000-0001")),
        ("customer_fax", text("")),
        ("customer_email", text("taro@customer.example")),
    ])
}

fn owned(value: &impl ToSql) -> Value {
    match value.to_sql().unwrap() {
        ToSqlOutput::Borrowed(value) => value.try_into().unwrap(),
        ToSqlOutput::Owned(value) => value,
        other => panic!("not a plain value: {other:?}"),
    }
}

fn text(value: &str) -> Value {
    Value::Text(value.to_owned())
}

#[track_caller]
fn insert(db: &Connection, table: &str, fields: Fields) {
    let columns: Vec<&str> = fields.keys().copied().collect();
    let marks = vec!["?"; columns.len()].join(", ");
    let statement = format!("INSERT INTO {table} ({}) VALUES ({marks})", columns.join(", "));
    db.execute(&statement, params_from_iter(fields.into_values()))
        .unwrap_or_else(|error| panic!("{error}\n{statement}"));
}
