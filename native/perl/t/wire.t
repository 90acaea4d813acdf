# Frames and values: what is written is read again, and nothing else is taken.
use strict;
use warnings;
use Revix::Wire qw(blob frame integer list null read_values text truth);
use Test::More;

for my $number (0, 1, -1, 255, 65_536, 2**31, -2**31, 9_007_199_254_740_992, 9_223_372_036_854_775_807, '-9223372036854775808') {
    is_deeply([read_values(integer($number))], [$number], "the integer $number");
}
is_deeply([read_values(text("\x{263a}"))], ["\xe2\x98\xba"], 'characters go as UTF-8');
is_deeply([read_values(text("\xff"))], ["\xff"], 'bytes go as they are');
is_deeply([read_values(text(undef) . truth(5) . truth('') . null())], [undef, 1, 0, undef], 'nothing, yes and no');
is_deeply([read_values(list(integer(1), list(text('a'), blob("\0b")), list()))], [[1, ['a', "\0b"], []]], 'lists in lists');
is(frame('C', integer(7)), "\x0a\0\0\0Ci\7\0\0\0\0\0\0\0", 'a frame');

# Every part of a whole body is refused, and so are random bytes, without a hang.
my $whole = integer(5) . text('four') . list(truth(1), blob('x' x 20));
for my $size (1 .. length($whole) - 1) {
    my $part = substr $whole, 0, $size;
    my @values = eval { read_values($part) };
    cmp_ok(scalar @values, '<', 3, "$size bytes of it are less than all");
}
srand 7;
for (1 .. 500) {
    my $noise = join '', map { chr int rand 256 } 1 .. 1 + int rand 40;
    eval { read_values($noise); 1 } or like($@, qr/helper/, 'noise is refused with a reason');
}

done_testing();
