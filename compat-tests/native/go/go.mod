module revix.example/programs

go 1.20
