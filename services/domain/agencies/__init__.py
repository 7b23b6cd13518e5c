"""Which agency (cơ quan, đơn vị) a code meant on a day, and which one does its work now."""
