-- current_columns: the same dossiers as a vendor's system keeps them, one row each with what holds now.
CREATE TABLE current_columns AS
SELECT least_code AS ma_ho_so, status AS trang_thai, accepted_at AS ngay_tiep_nhan, ended_at AS ngay_ket_thuc,
    due_at AS ngay_hen_tra, agency AS don_vi, procedure AS ma_tthc, CASE channel WHEN 'online' THEN 2 ELSE 1 END AS kenh
FROM read.segments
WHERE build = $1 AND known_to IS NULL AND occurred_to IS NULL
