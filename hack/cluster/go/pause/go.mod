module serin/cluster/pause

go 1.26.0
