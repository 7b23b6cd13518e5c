-- vendor_report: what a deployed system prints for the same form, by agency and procedure over its current columns.
SELECT don_vi, ma_tthc,
    count(*) FILTER (WHERE ngay_tiep_nhan::date BETWEEN $1 AND $2 AND kenh = 2),
    count(*) FILTER (WHERE ngay_tiep_nhan::date BETWEEN $1 AND $2 AND kenh <> 2),
    count(*) FILTER (WHERE ngay_tiep_nhan::date < $1 AND (ngay_ket_thuc IS NULL OR ngay_ket_thuc::date >= $1)),
    count(*) FILTER (WHERE ngay_ket_thuc::date BETWEEN $1 AND $2 AND ngay_ket_thuc::date < ngay_hen_tra::date),
    count(*) FILTER (WHERE ngay_ket_thuc::date BETWEEN $1 AND $2 AND ngay_ket_thuc::date = ngay_hen_tra::date),
    count(*) FILTER (WHERE ngay_ket_thuc::date BETWEEN $1 AND $2 AND ngay_ket_thuc::date > ngay_hen_tra::date),
    count(*) FILTER (WHERE trang_thai IN (2, 4) AND ngay_hen_tra >= now()),
    count(*) FILTER (WHERE trang_thai IN (2, 4) AND ngay_hen_tra < now())
FROM current_columns
GROUP BY don_vi, ma_tthc
