CREATE ROLE shop_staging LOGIN;
GRANT CONNECT ON DATABASE shop TO shop_staging;
