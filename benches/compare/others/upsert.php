<?php
// PHP's fgetcsv and PDO: a prepared upsert, one transaction.
if ($argv[1] !== 'run') {
    exit;
}
$shop = new PDO('sqlite:' . getenv('DB'));
$shop->exec('PRAGMA journal_mode = WAL');
$shop->exec('PRAGMA synchronous = FULL');
$file = fopen('php://filter/read=convert.iconv.CP932.UTF-8/resource=' . getenv('CSV'), 'r');
fgetcsv($file, null, ',', '"', '');
$upsert = $shop->prepare(
    "INSERT INTO stock (sku_code, quantity, as_of, updated_at)
     VALUES (?, ?, '2024-05-01 10:15:00', '2024-05-01 10:16:00')
     ON CONFLICT (sku_code) DO UPDATE
     SET quantity = excluded.quantity, as_of = excluded.as_of, updated_at = excluded.updated_at"
);
$shop->beginTransaction();
while (($row = fgetcsv($file, null, ',', '"', '')) !== false) {
    $upsert->bindValue(1, $row[0]);
    $upsert->bindValue(2, (int) $row[1], PDO::PARAM_INT);
    $upsert->execute();
}
$shop->commit();
