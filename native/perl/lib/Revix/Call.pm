package Revix::Call;

# Calls of the functions of VIX by their C names, with C's parameters.
use strict;
use warnings;
use Carp 'croak';
use Revix::Functions;
use Revix::Helper;
use Revix::Wire qw(integer list null text truth);
use VMware::Vix::API::Constants;

# Functions that give no error; 0 or an empty text stands for their answer when there is no helper.
my %gives_no_error = map { $_ => 1 } qw(Vix_GetErrorText Vix_ReleaseHandle Vix_AddRefHandle Vix_GetHandleType Vix_FreeBuffer
    Vix_PumpEvents VixHost_Disconnect VixJob_GetNumProperties);

my %kinds_of_numbers = map { $_ => 1 } qw(host vm job snapshot handle propertyList searchCriteria int uint64 error propertyId);
my %kinds_of_texts   = map { $_ => 1 } qw(string secret);

# How a property's value is written, by its VIX_PROPERTYTYPE_.
my %written_value = (
    VIX_PROPERTYTYPE_STRING() => \&text,
    VIX_PROPERTYTYPE_BOOL()   => \&truth,
);

# Calls a function. An out parameter has no argument: its value comes back. Gives the function's value, and then the
# values of its out parameters and of the properties that it reads.
sub vix {
    my ($name, @given) = @_;
    my $kinds = $Revix::Functions::PARAMETERS{$name} or croak "there is no function $name";
    my (@written, $callback);
    for my $kind (@$kinds) {
        if ($kind eq 'callback') {
            my $function = shift @given;
            my $data     = shift @given;
            $callback = Revix::Helper::keep_callback($function, $data) if ref $function eq 'CODE';
            push @written, defined $callback ? integer($callback) : null();
        }
        elsif ($kind eq 'clientData' || $kind eq 'buffer') { push @written, null() }
        elsif ($kind =~ /\Aout/)              { push @written, truth(1) }
        elsif ($kind eq 'propertyCells')      { push @written, list(map { _number($_) } _ids(splice @given)) }
        elsif ($kind eq 'propertyValues')     { push @written, _property_values(splice @given) }
        elsif ($kinds_of_numbers{$kind})      { push @written, _number(shift @given) }
        elsif ($kinds_of_texts{$kind})        { push @written, text(shift @given) }
        elsif ($kind eq 'bool')               { push @written, truth(shift @given) }
        else                                  { croak "$name has a parameter of the unknown kind $kind" }
    }
    my ($value, $outs) = Revix::Helper::call($name, @written);
    if (!defined $outs) {
        Revix::Helper::forget_callback($callback) if defined $callback;
        return _without_helper($name, @given);
    }
    Revix::Helper::give_callback($callback, $value) if defined $callback;
    return ($value, @$outs);
}

sub _without_helper {
    my ($name) = @_;
    return 'The helper of Revix could not be asked; run `revix doctor native`' if $name eq 'Vix_GetErrorText';
    return 0 if $gives_no_error{$name};
    # A function that starts a job has no error to give: an invalid handle, whose wait fails.
    return $Revix::Functions::PARAMETERS{$name}[-1] eq 'clientData' ? VIX_INVALID_HANDLE : VIX_E_HOST_CONNECTION_LOST;
}

sub _number {
    my ($value) = @_;
    return integer(0) if !defined $value;
    return $value =~ /\A\s*[-+]?[0-9]+\s*\z/ ? integer($value) : text($value);
}

# The ids of a reader, without the VIX_PROPERTY_NONE that C needs at the end.
sub _ids {
    my @ids = @_;
    pop @ids if @ids && defined $ids[-1] && $ids[-1] eq VIX_PROPERTY_NONE;
    return @ids;
}

sub _property_values {
    my @given = @_;
    my @written;
    while (@given && $given[0] != VIX_PROPERTY_NONE) {
        my ($id, $value) = splice @given, 0, 2;
        my $write = $written_value{ Revix::Helper::property_type($id) } // \&_number;
        push @written, integer($id), $write->($value);
    }
    return list(@written, integer(VIX_PROPERTY_NONE));
}

1;
