-- cursor: How far a polled source was read.
SELECT cursor FROM observer.cursors WHERE tenant = $1 AND system = $2
