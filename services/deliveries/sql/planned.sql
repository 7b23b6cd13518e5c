-- planned: Up to which position what we owe each subscriber of a tenant is written down.
SELECT name, planned FROM deliveries.subscribers WHERE tenant = $1
